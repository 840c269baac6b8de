"""Members, luck, workers and results on disk.

Draws parameters, runs batches, writes as they arrive, resumes. What a result means is told in `reports`.
"""
