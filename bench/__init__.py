"""Speed and memory, every figure beside a bare baseline measured in the same run."""
