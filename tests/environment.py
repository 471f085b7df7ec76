"""Where the tests run, settled before Django reads its settings (loaded with `-p tests.environment`).

Every process of a test run has a home of its own that goes away with it. `TALLY_TEST_DATABASE=postgres` runs the same
tests on a PostgreSQL cluster that is started for the run; otherwise they run on a SQLite file.
"""

import atexit
import os
import shutil
import tempfile

from tests.postgresql_cluster import start_cluster

HOME = tempfile.mkdtemp(prefix="tally-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

os.environ["TALLY_HOME"] = HOME
if "TALLY_TEST_SHARED" not in os.environ:  # what the processes of a run share (tests.made_once); workers inherit it
    os.environ["TALLY_TEST_SHARED"] = tempfile.mkdtemp(prefix="tally-shared-")
    atexit.register(shutil.rmtree, os.environ["TALLY_TEST_SHARED"], ignore_errors=True)
is_xdist_worker = "PYTEST_XDIST_WORKER" in os.environ
if os.environ.get("TALLY_TEST_DATABASE") != "postgres":
    os.environ.pop("DATABASE_URL", None)
elif not is_xdist_worker:  # workers inherit the address; each makes a database of its own in the one cluster
    cluster = start_cluster()
    atexit.register(cluster.stop)
    os.environ["DATABASE_URL"] = cluster.url
