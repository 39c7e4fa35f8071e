"""Original files made days: each trap of the sources once."""

from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest

from jobs.lib.errors import InvalidInput
from jobs.lib.published_files import PublishedFile
from jobs.spark.air_gsod import check_gsod, gsod_days
from jobs.spark.air_ingest import _check_lines, _joined, _write_days, _write_quarantine
from jobs.spark.air_openaq import check_openaq, openaq_days
from jobs.spark.air_params import BoundingBox, IngestParams
from jobs.spark.air_station import check_station, station_days
from test.samples.air import (
    gsod_row,
    made_up_days,
    openaq_day,
    openaq_reading,
    station_day,
    station_row,
    write_city,
    write_gsod,
    write_ndjson,
    write_station,
)

pytestmark = pytest.mark.engine

FIRST, SECOND, THIRD = date(2020, 1, 1), date(2020, 1, 2), date(2020, 1, 3)


def params(**changes):
    usual = {
        "format": "station",
        "pollutant": "no2",
        "city": None,
        "unit": None,
        "bounding_box": None,
        "min_hours": 16,
        "max_rejected_share": 0.5,
    }
    return IngestParams(**{**usual, **changes})


def file(path):
    return [PublishedFile(path.name, path)]


def by_date(frame):
    return {row["date"]: row.asDict() for row in frame.collect()}


def put_aside(checked):
    return sorted((row["line"][:12], row["reason"]) for row in checked.put_aside.collect())


def station(spark, folder, rows, **changes):
    asked = params(**changes)
    checked = check_station(spark, file(write_station(folder / "s.csv", rows)), asked)
    return checked, asked


def openaq(spark, folder, readings, **changes):
    asked = params(format="openaq", **changes)
    return check_openaq(spark, file(write_ndjson(folder / "r.ndjson", readings)), asked), asked


def gsod(spark, folder, rows, **changes):
    return check_gsod(spark, file(write_gsod(folder / "w.csv", rows)), params(format="openaq", **changes))


class TestStationFile:
    def test_hours_become_a_day_and_out_of_order_makes_no_difference(self, spark, tmp_path):
        hours = station_day(FIRST)
        hours[3] |= {"TEMP": 21.5, "NO2": 64, "RAIN": 2.4}
        checked, asked = station(spark, tmp_path, [*station_day(SECOND), *reversed(hours)])
        days = by_date(station_days(checked, asked))
        assert days[FIRST] == {
            "date": FIRST,
            "no2": 41.0,
            "hours": 24,
            "temp_mean": pytest.approx((23 * 1.5 + 21.5) / 24),
            "temp_max": 21.5,
            "temp_min": 1.5,
            "wind_mean": 2.5,
            "pressure_mean": 1020.0,
            "dew_point_mean": -8.0,
            "rain_sum": 2.4,
        }
        assert set(days) == {FIRST, SECOND}

    def test_too_few_hours_leave_a_gap_in_that_column_only(self, spark, tmp_path):
        rows = [*station_day(FIRST, NO2="NA"), *station_day(SECOND, hours=15), *station_day(THIRD)]
        for row in rows[:16]:
            row["NO2"] = 8
        checked, asked = station(spark, tmp_path, rows)
        days = by_date(station_days(checked, asked))
        assert (days[FIRST]["no2"], days[FIRST]["hours"], days[FIRST]["temp_mean"]) == (8.0, 16, 1.5)
        assert (days[SECOND]["no2"], days[SECOND]["hours"], days[SECOND]["temp_mean"]) == (None, 15, None)

    def test_every_bad_line_is_put_aside_with_its_reason(self, spark, tmp_path):
        moment = datetime(2020, 1, 2, 5, tzinfo=UTC)
        bad = {
            "hour twice": station_row(moment, No=2),
            "no date or hour": station_row(moment, No=3, month=13),
            "NO2 is no number": station_row(moment, No=4, NO2="x"),
            "NO2 below 0": station_row(moment, No=5, NO2=-1),
            "TEMP impossible": station_row(moment, No=6, TEMP=9999.9),
            "PRES impossible": station_row(moment, No=7, PRES=9.0),
            "no station": station_row(moment, No=8, station="NA"),
        }
        path = write_station(tmp_path / "s.csv", [*station_day(FIRST), station_row(moment), *bad.values()])
        path.write_text(path.read_text() + "9,2020,1\n")
        checked = check_station(spark, file(path), params())
        found = {reason: line for line, reason in put_aside(checked)}
        assert {reason: int(line.split(",")[0]) for reason, line in found.items()} == {
            **{reason: row["No"] for reason, row in bad.items()},
            "malformed": 9,
        }
        assert _check_lines([checked], params(), tmp_path) == {
            "read": 24 + 1 + 8,
            "rejected": 8,
            "reasons": {f"readings: {reason}": 1 for reason in sorted(found)},
        }

    def test_more_bad_lines_than_allowed_stop_the_job_and_are_named(self, spark, tmp_path):
        checked, asked = station(spark, tmp_path, station_day(FIRST, TEMP=9999.9), max_rejected_share=0.05)
        with pytest.raises(InvalidInput, match=r"inputs\.readings: found '24 bad lines of 24 \(24 TEMP impossible\)'"):
            _check_lines([checked], asked, tmp_path)

    @pytest.mark.parametrize(
        ("rows", "changes", "message"),
        [
            (station_day(FIRST, NO2="NA"), {}, "no NO2 of station Here', allowed: at least one reading of NO2"),
            (
                [*station_day(FIRST), *station_day(FIRST, station="There")],
                {},
                r"params\.city: found 'none, and 2 stations in the file', allowed: one of Here, There",
            ),
            (station_day(FIRST), {"city": "Atlantis"}, r"params\.city: found 'Atlantis', allowed: .*Here"),
            ([], {}, "no usable row"),
        ],
    )
    def test_what_cannot_be_forecast_is_refused(self, rows, changes, message, spark, tmp_path):
        checked, asked = station(spark, tmp_path, rows, **changes)
        with pytest.raises(InvalidInput, match=message):
            station_days(checked, asked)

    def test_one_of_two_stations_can_be_chosen(self, spark, tmp_path):
        rows = [*station_day(FIRST), *station_day(FIRST, station="There", NO2=8)]
        checked, asked = station(spark, tmp_path, rows, city="there")
        assert by_date(station_days(checked, asked))[FIRST]["no2"] == 8.0

    def test_a_file_of_another_kind_is_refused_by_its_header(self, spark, tmp_path):
        path = tmp_path / "x.csv"
        path.write_text("a,b\n1,2\n")
        with pytest.raises(InvalidInput, match=r"inputs\.readings/x\.csv: found .no column year, .*a,b"):
            check_station(spark, file(path), params())


class TestOpenAq:
    def test_a_day_is_a_local_day_and_each_place_counts_the_same(self, spark, tmp_path):
        readings = [
            *openaq_day(FIRST, 0.010, location="a"),
            *openaq_day(FIRST, 0.010, location="a"),
            *openaq_day(FIRST, 0.040, location="b"),
            openaq_reading(datetime(2020, 1, 1, 23, tzinfo=UTC), 9.0, city="Elsewhere"),
            openaq_reading(datetime(2020, 1, 1, 23, tzinfo=UTC), 9.0, parameter="pm25"),
        ]
        checked, asked = openaq(spark, tmp_path, readings, city="boston")
        assert by_date(openaq_days(checked, asked)) == {
            FIRST: {"date": FIRST, "no2": pytest.approx(0.025), "hours": 24},
        }

    def test_bad_lines_are_put_aside_and_other_places_are_not(self, spark, tmp_path):
        readings = [
            *openaq_day(FIRST, 0.01),
            '{"date": {"utc"',
            openaq_reading(datetime(2020, 1, 2, 1, tzinfo=UTC), None),
            openaq_reading(datetime(2020, 1, 2, 2, tzinfo=UTC), -999.0),
            openaq_reading(datetime(2020, 1, 2, 3, tzinfo=UTC), 0.01, date={"utc": "x"}),
            openaq_reading(datetime(2020, 1, 2, 3, tzinfo=UTC), -1.0, city="Elsewhere"),
        ]
        checked, _ = openaq(spark, tmp_path, readings, city="Boston")
        reasons = [reason for _, reason in put_aside(checked)]
        assert sorted(reasons) == ["malformed", "no local date", "no value", "value below 0"]

    @pytest.mark.parametrize(
        ("fields", "changes", "message"),
        [
            ({}, {"city": "Atlantis"}, r"params\.city: found 'Atlantis', .*: Boston-Cambridge-Newton"),
            ({"city": "Elsewhere"}, {}, "none, and 2 cities', allowed: one of Boston-Cambridge-Newton, Elsewhere"),
            ({"unit": "µg/m³"}, {}, "none, and 2 units"),
            ({"unit": "µg/m³"}, {"unit": "mg"}, r"params\.unit: found 'mg', allowed: one of ppm, µg/m³"),
            ({}, {"pollutant": "co"}, "no usable reading of co"),
        ],
    )
    def test_what_is_not_one_series_is_refused(self, fields, changes, message, spark, tmp_path):
        readings = [*openaq_day(FIRST, 0.01, hours=2), *openaq_day(SECOND, 0.01, hours=2, **fields)]
        with pytest.raises(InvalidInput, match=message):
            openaq(spark, tmp_path, readings, **changes)


class TestGsod:
    def test_units_are_made_metric_and_the_cut_pressure_is_mended(self, spark, tmp_path):
        days = by_date(gsod_days(gsod(spark, tmp_path, [gsod_row(FIRST)])))
        assert days[FIRST] == {
            "date": FIRST,
            "temp_mean": pytest.approx(10.0),
            "temp_max": pytest.approx(15.0),
            "temp_min": pytest.approx(5.0),
            "wind_mean": pytest.approx(5.14444, abs=1e-4),
            "pressure_mean": pytest.approx(1008.9),
            "dew_point_mean": pytest.approx(5.0),
            "rain_sum": pytest.approx(2.54),
            "sea_level_pressure_mean": 1009.4,
            "visibility_mean": pytest.approx(16.09344),
        }

    @pytest.mark.parametrize(("stp", "mended"), [("009.0", 1009.0), ("029.3", 1029.3), ("986.4", 986.4)])
    def test_a_missing_station_pressure_never_enters_the_mean(self, stp, mended, spark, tmp_path):
        # The published system took the mean of 9.0 and 999.9: 504.45.
        rows = [gsod_row(FIRST, STP=stp), gsod_row(FIRST, STATION="2", STP="999.9")]
        assert by_date(gsod_days(gsod(spark, tmp_path, rows)))[FIRST]["pressure_mean"] == pytest.approx(mended)

    def test_every_sentinel_is_missing(self, spark, tmp_path):
        missing = dict.fromkeys(("TEMP", "MAX", "MIN", "DEWP", "SLP", "STP"), "9999.9")
        row = gsod_row(FIRST, **missing, WDSP="999.9", VISIB="999.9", PRCP="99.99")
        checked = gsod(spark, tmp_path, [row])
        assert put_aside(checked) == []
        assert set(by_date(gsod_days(checked))[FIRST].values()) == {FIRST, None}

    def test_stations_outside_the_box_do_not_count(self, spark, tmp_path):
        box = BoundingBox(-71.2, -70.9, 42.2, 42.4)
        rows = [gsod_row(FIRST), gsod_row(FIRST, STATION="2", LATITUDE="10", TEMP="100.0")]
        day = by_date(gsod_days(gsod(spark, tmp_path, rows, bounding_box=box)))[FIRST]
        assert day["temp_mean"] == pytest.approx(10)

    def test_a_box_without_a_station_is_refused(self, spark, tmp_path):
        checked = gsod(spark, tmp_path, [gsod_row(FIRST)], bounding_box=BoundingBox(0, 1, 0, 1))
        with pytest.raises(InvalidInput, match=r"no usable row of a station in params\.boundingBox"):
            gsod_days(checked)

    def test_bad_rows_are_put_aside(self, spark, tmp_path):
        rows = [gsod_row(FIRST), gsod_row(SECOND, DATE="2020-99-99"), gsod_row(SECOND, WDSP="fast")]
        rows.append(gsod_row(SECOND, TEMP="999.9"))
        reasons = sorted(reason for _, reason in put_aside(gsod(spark, tmp_path, rows)))
        assert reasons == ["TEMP impossible", "WDSP is no number", "no date"]

    def test_of_two_rows_of_a_station_and_day_the_first_one_counts_and_bad_ones_are_no_rivals(self, spark, tmp_path):
        rows = [gsod_row(FIRST, WDSP="fast"), gsod_row(FIRST), gsod_row(FIRST, TEMP="80.0"), gsod_row(SECOND)]
        checked = gsod(spark, tmp_path, rows)
        assert sorted(reason for _, reason in put_aside(checked)) == ["WDSP is no number", "day twice"]
        assert by_date(gsod_days(checked))[FIRST]["temp_mean"] == pytest.approx(10)


def test_readings_and_weather_of_a_city_become_one_table(spark, tmp_path):
    made = made_up_days(date(2020, 1, 1), 40, seed=7)
    readings, weather = write_city(tmp_path, 40)
    asked = params(format="openaq", city="Boston")
    planned = [check_openaq(spark, file(readings), asked), check_gsod(spark, file(weather), asked)]
    counts = _check_lines(planned, asked, tmp_path / "checked")
    assert counts == {"read": 40 * 24 + 40, "rejected": 0, "reasons": {}}
    sources = [source.from_folder(tmp_path / "checked") for source in planned]
    _write_days(sources, asked, tmp_path / "days")
    _write_quarantine(sources, tmp_path / "quarantine")
    rows = pq.read_table(tmp_path / "days").to_pylist()
    assert [row["date"] for row in rows] == [day.date for day in made]
    for row, day in zip(rows, made, strict=True):
        assert row["no2"] == pytest.approx(day.no2_ppm, abs=1e-5)
        assert row["temp_mean"] == pytest.approx(day.temp, abs=0.06)
        assert row["wind_mean"] == pytest.approx(day.wind, abs=0.06)
        assert row["pressure_mean"] == pytest.approx(day.pressure, abs=0.06)
        assert row["rain_sum"] == pytest.approx(day.rain, abs=0.2)
    assert pq.read_table(tmp_path / "quarantine").num_rows == 0


def test_a_day_that_only_one_source_has_stays(spark, tmp_path):
    asked = params(format="openaq")
    readings = write_ndjson(tmp_path / "r.ndjson", openaq_day(FIRST, 0.01))
    weather = write_gsod(tmp_path / "w.csv", [gsod_row(SECOND)])
    sources = [check_openaq(spark, file(readings), asked), check_gsod(spark, file(weather), asked)]
    days = by_date(_joined(sources, asked))
    assert (days[FIRST]["no2"], days[FIRST]["temp_mean"]) == (pytest.approx(0.01), None)
    assert (days[SECOND]["no2"], days[SECOND]["temp_mean"]) == (None, pytest.approx(10))
