"""What a child process may use."""

MEMORY = 1_536 << 20


def limit(seconds: int) -> None:
    """Bound this process before it opens anything."""
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return  # a system without POSIX limits still has the parent's clock
    for resource_limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        hard = resource.getrlimit(resource_limit)[1]
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(resource_limit, (lowest, lowest))
