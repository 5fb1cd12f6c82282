"""Run the stages of both forward models on a GPU, where one CUDA block makes one view at a time.

Nothing here is imported unless a GPU, or Numba's CUDA simulator, is asked for.
"""
