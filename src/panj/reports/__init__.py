"""What a run says, for people: tables, charts, maps, the report in one file.

Reads results and regions; computes nothing that is not a summary. Next room up: `cli`.
"""
