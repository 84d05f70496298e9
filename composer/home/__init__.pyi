from .locks import exclusive_lock, is_locked
from .paths import Home, resolve_home
from .signin import read_sign_in

__all__ = [
    "Home",
    "exclusive_lock",
    "is_locked",
    "read_sign_in",
    "resolve_home",
]
