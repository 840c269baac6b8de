"""What is known and who says so: sources, claims, series, judgements.

Reading, checking and searching of evidence live here; what is made of it (regions, rules) does not. Next room up:
`region`.
"""
