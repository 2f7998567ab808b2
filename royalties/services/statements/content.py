"""What a statement says, from and to the JSON that is kept of it."""

from pydantic import TypeAdapter

from royalties.domain.royalties.statements import Statement

CONTENT = TypeAdapter(Statement)
