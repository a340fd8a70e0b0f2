"""Routes of series of meetings."""

from atagande_plugin.api.endpoint import Endpoint
from atagande_plugin.auth.access import ADMINISTRATOR, FOLLOWERS

_ONE = "/series/{number}"

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "GET",
        "/series/dates",
        "series.proposed",
        "Dates for a year's meetings, clear of holidays and school breaks",
        ADMINISTRATOR,
        "series_shapes.ProposedDates",
        asks="series.ProposeDates",
    ),
    Endpoint(
        "GET",
        "/series",
        "series.listed",
        "Series of meetings",
        FOLLOWERS,
        "series_shapes.SeriesList",
        asks="api_lists.Page",
    ),
    Endpoint(
        "POST",
        "/series",
        "series.plan",
        "Plan a series as drafts, by dates or by a rule; no mail leaves",
        ADMINISTRATOR,
        "series_shapes.SeriesWhole",
        takes="series.PlanSeries",
        makes=True,
    ),
    Endpoint(
        "GET",
        _ONE,
        "series.one",
        "One series with its meetings",
        FOLLOWERS,
        "series_shapes.SeriesWhole",
    ),
    Endpoint(
        "POST",
        f"{_ONE}/publish",
        "series.publish",
        "Publish every draft of a series; the invitations leave",
        ADMINISTRATOR,
        "series_shapes.SeriesSent",
        takes="series.PublishSeries",
    ),
    Endpoint(
        "POST",
        f"{_ONE}/change",
        "series.change",
        "Change one meeting, this and later, or all to come; without sure only say what it sends",
        ADMINISTRATOR,
        "series_shapes.SeriesSent",
        takes="series.ChangeSeries",
    ),
    Endpoint(
        "POST",
        f"{_ONE}/call-off",
        "series.call_off",
        "Call off one, this and later, or all to come; without sure only say what it sends",
        ADMINISTRATOR,
        "series_shapes.SeriesSent",
        takes="series.CallOffSeries",
    ),
    Endpoint(
        "POST",
        f"{_ONE}/people",
        "series.person",
        "Add or remove someone in all that is to come; without sure only say what it sends",
        ADMINISTRATOR,
        "series_shapes.SeriesSent",
        takes="series.PersonOfSeries",
    ),
)
