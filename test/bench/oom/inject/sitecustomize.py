"""Python imports this at its start: every process of a faulty job, its pool's and Ray's too, has the fault in it."""

import os

if "TEMPERED_INJECT" in os.environ:
    import units

    units.install()
