"""What a run says, for people: tables, charts, maps, the report in one file.

Reads results and regions; computes nothing that is not a summary. Next room up: `cli`.
"""

from panj.reports.report import Prepared, prepare, render, write_report
from panj.reports.table import summary_table

__all__ = ["Prepared", "prepare", "render", "summary_table", "write_report"]
