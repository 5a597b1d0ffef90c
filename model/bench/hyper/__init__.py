"""The parts of gpu_bench.py: reference, checks, timing, measurements and whole models."""
