from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from composer.home import Home
from library import log
from library.database import Database
from tests.conftest import NOW
from tests.ui.pages import Open, seen
