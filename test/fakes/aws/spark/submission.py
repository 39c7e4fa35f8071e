"""What somebody gave to `spark-submit`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from test.fakes.aws.errors import ServiceError

# Options that are another way to write a setting. Spark: org.apache.spark.deploy.SparkSubmitArguments
_SETTINGS = {
    "--driver-memory": "spark.driver.memory",
    "--driver-cores": "spark.driver.cores",
    "--executor-memory": "spark.executor.memory",
    "--executor-cores": "spark.executor.cores",
    "--num-executors": "spark.executor.instances",
    "--name": "spark.app.name",
    "--master": "spark.master",
    "--deploy-mode": "spark.submit.deployMode",
    "--py-files": "spark.submit.pyFiles",
    "--files": "spark.files",
    "--archives": "spark.archives",
    "--jars": "spark.jars",
    "--packages": "spark.jars.packages",
    "--queue": "spark.yarn.queue",
    "--class": "class",
    "--driver-java-options": "spark.driver.extraJavaOptions",
    "--driver-class-path": "spark.driver.extraClassPath",
}
_UNITS = {"": 2**20, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Submission:
    """A program, its arguments and Spark's settings."""

    entry: str
    arguments: list[str]
    settings: dict[str, str] = field(default_factory=dict)

    def bytes_of(self, setting: str, default: str) -> int:
        """A size as Spark reads it: MiB without a unit.

        Raises:
            ServiceError: it is no size.
        """
        text = self.settings.get(setting, default)
        found = re.fullmatch(r"(\d+)\s*([bkmgt]?)b?", text.strip().lower())
        if found is None:
            raise ServiceError("ValidationException", f"{setting} is '{text}', which is not a size such as 4g or 512m")
        return int(found[1]) * _UNITS[found[2]]

    def number_of(self, setting: str, default: int) -> int:
        """A whole number.

        Raises:
            ServiceError: it is none.
        """
        text = self.settings.get(setting, str(default))
        if not re.fullmatch(r"\d+", text):
            raise ServiceError("ValidationException", f"{setting} is '{text}', which is not a number")
        return int(text)


def parse_options(words: list[str]) -> tuple[dict[str, str], list[str]]:
    """Splits `spark-submit`'s words into settings and what follows the options.

    Raises:
        ServiceError: an option is unknown or lacks its value.
    """
    settings: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option, is_joined, joined = rest.pop(0).partition("=")
        if option in {"--verbose", "-v", "--supervise"}:
            continue
        if not is_joined and not rest:
            raise ServiceError("ValidationException", f"{option} has no value")
        value = joined if is_joined else rest.pop(0)
        if option in {"--conf", "-c"}:
            key, is_set, setting = value.partition("=")
            if not is_set:
                raise ServiceError("ValidationException", f"--conf {value} is not of the form key=value")
            settings[key] = setting
        elif option in _SETTINGS:
            settings[_SETTINGS[option]] = value
        else:
            raise ServiceError("ValidationException", f"spark-submit has no option {option}")
    return settings, rest
