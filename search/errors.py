"""What can go wrong with a search. Django-free.

    SearchError
    ├── QueryTooLong       more text than a question has
    ├── ExportError        what cannot be exported as asked
    │   ├── NothingToExport    an empty list
    │   ├── MixedRates         a format with one rate, footage with several
    │   ├── TooManyEvents      more than the format can number
    │   ├── TimelineTooLong    more than a day of timecode
    │   └── UnknownFormat      no such format or rate
    ├── BadPicture         a file that is no picture to search by, or a box that is none
    ├── ExampleGone        what was searched by is over, or not the user's
    ├── CheckError         what cannot be looked for in pictures
    │   ├── NothingLooks       no network that reads words is at work
    │   ├── NothingAsked       no words, or no moment
    │   └── TooManyChecks      more than an hour's share
    ├── BadAlert           an alert or saved search that asks for nothing certain
    ├── BadWebhook         an address that is not called
    ├── CallFailed         an address that did not answer as it should; may be tried again
    └── BinError           a collection that cannot be changed so
        ├── BadBin             a name, range, order or marker that makes no sense
        ├── BinNameTaken       another bin of the library has this name
        └── BinFull            more items than a bin holds

Every error carries a ``code`` for programs, a sentence for people (its ``str``) and
``permanent``: whether trying the same again is pointless.
"""

from __future__ import annotations


class SearchError(Exception):
    """Base of all errors of this room."""

    code = "search"
    permanent = True


class QueryTooLong(SearchError):
    code = "query_too_long"


class ExportError(SearchError):
    """Nothing can be written as it was asked."""

    code = "export"


class NothingToExport(ExportError):
    code = "nothing_to_export"


class MixedRates(ExportError):
    code = "mixed_rates"


class TooManyEvents(ExportError):
    code = "too_many_events"


class TimelineTooLong(ExportError):
    code = "timeline_too_long"


class UnknownFormat(ExportError):
    code = "unknown_format"


class BadPicture(SearchError):
    """What was sent cannot be searched by."""

    code = "bad_picture"


class ExampleGone(SearchError):
    """What was searched by is no longer there, or never was the user's."""

    code = "example_gone"


class CheckError(SearchError):
    """Pictures cannot be looked at for these words."""

    code = "check"


class NothingLooks(CheckError):
    code = "no_open_set"


class NothingAsked(CheckError):
    code = "nothing_asked"


class TooManyChecks(CheckError):
    code = "too_many_tries"
    permanent = False


class BadAlert(SearchError):
    """Nothing that could be told with certainty was asked for."""

    code = "bad_alert"


class BinError(SearchError):
    """A collection cannot be changed so."""

    code = "bin"


class BadBin(BinError):
    code = "bad_bin"


class BinNameTaken(BinError):
    code = "name_taken"


class BinFull(BinError):
    code = "bin_full"


class BadWebhook(SearchError):
    code = "bad_webhook"


class CallFailed(SearchError):
    code = "call_failed"
    permanent = False
