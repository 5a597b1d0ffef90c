#!/usr/bin/env bash
# The smoke evaluation on a GPU: needs one NVIDIA GPU and the CUDA build of libtorch 2.7.1, unpacked, whose lib folder
# PYTORCH_LIBRARY_PATH names.
#
#   PYTORCH_LIBRARY_PATH=/opt/libtorch/lib conf/gpu-smoke.sh [--out DIR]
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ ! -f ${PYTORCH_LIBRARY_PATH:-}/libtorch_cuda.so ]]; then
  echo "mhc-eval: PYTORCH_LIBRARY_PATH does not name a folder with libtorch_cuda.so: unpack libtorch 2.7.1+cu128 and set it" >&2
  exit 2
fi
export PYTORCH_VERSION=${PYTORCH_VERSION:-2.7.1} PYTORCH_FLAVOR=${PYTORCH_FLAVOR:-cu128}
exec "$root/bin/mhc-eval" smoke --set inference.device=cuda "$@"
