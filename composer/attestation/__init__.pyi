from .envelope import opened, sealed
from .keys import PrivateKey, PublicKey, new_pair, private_key, public_key
from .reviewed import review_faults
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
