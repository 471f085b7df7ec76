"""Opportunities: from stage to stage, won or lost, made a quote."""
