#!/usr/bin/env bash
# The GPUs of this host, as Spark asks for them: {"name": "gpu", "addresses": ["0", "1"]}. An address is the N of cuda:N
# in a process that starts here: where CUDA_VISIBLE_DEVICES names some of the GPUs, CUDA counts these from 0.
set -euo pipefail
if [[ -n ${CUDA_VISIBLE_DEVICES:-} ]]; then
  IFS=, read -ra visible <<<"$CUDA_VISIBLE_DEVICES"
  indices=("${!visible[@]}")
else
  listed=$(nvidia-smi --query-gpu=index --format=csv,noheader) || {
    echo "mhc-eval: nvidia-smi lists no GPU here: install NVIDIA's driver, or ask Spark for no resource gpu" >&2
    exit 1
  }
  read -ra indices -d '' <<<"$listed" || true
fi
addresses=$(printf '"%s", ' "${indices[@]}")
echo "{\"name\": \"gpu\", \"addresses\": [${addresses%, }]}"
