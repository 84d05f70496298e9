from .envelope import opened
from .keys import PublicKey, new_pair, public_key
from .reviewed import review_faults
from .signing import PrivateKey, private_key, sealed
from .statement import statement_of

__all__ = [
    "PrivateKey",
    "PublicKey",
    "new_pair",
    "opened",
    "private_key",
    "public_key",
    "review_faults",
    "sealed",
    "statement_of",
]
