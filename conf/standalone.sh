#!/usr/bin/env bash
# A real multi-process cluster on this machine, from the jars Maven fetched: starts a standalone master and one worker,
# submits a run to them, stops them. Takes the arguments of `mhc-eval run`:
#
#   conf/standalone.sh --config conf/shared.yaml --out runs/shared-cluster
#
# Prints where the master's page is, and the run prints where Spark's UI is; metrics for Prometheus are there, too.
# WORKER_CORES (default 2) and WORKER_MEMORY (default 6g) size the worker. GPUS (default 0) declares so many GPUs, and as
# many executors share the worker, one a GPU; with --set inference.device=cpu they need not be there.
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$root/jobs/target
"$root/bin/mhc-eval" --version >&2

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classpath=$(cat "$target/local.classpath")
home=$(mktemp -d)
mkdir "$home/jars"
IFS=: read -ra jars <<<"$classpath"
ln -s "${jars[@]}" "$home/jars/"
export SPARK_HOME=$home SPARK_SCALA_VERSION=2.13 SPARK_LOCAL_IP=127.0.0.1

daemons=()
stop() {
  kill "${daemons[@]}" 2>/dev/null || true
  wait "${daemons[@]}" 2>/dev/null || true
  rm -rf "$home"
}
trap stop EXIT

daemon() { # log class arguments...
  local log=$home/$1
  shift
  "$java" @"$target/java.args" -Dlog4j2.configurationFile="$home/daemons.properties" -cp "$classpath" "$@" >"$log" 2>&1 &
  daemons+=($!)
}
await() { # log text
  for _ in $(seq 120); do
    grep -q "$2" "$home/$1" 2>/dev/null && return
    sleep 0.5
  done
  cat "$home/$1" >&2
  echo "mhc-eval: the standalone $1 did not start within 60 s: its log is above" >&2
  exit 1
}

sed 's/^rootLogger.level = warn/rootLogger.level = info/' "$root/conf/log4j2.properties" >"$home/daemons.properties"
daemon master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 0 --webui-port 0
await master "Starting Spark master at"
url=$(sed -n 's/.*Starting Spark master at \(spark:[^ ]*\).*/\1/p' "$home/master" | head -1)
gpus=${GPUS:-0}
executors=$((gpus > 1 ? gpus : 1))
memory=4
resources=()
if ((gpus)); then
  addresses=$(seq -s '", "' 0 $((gpus - 1)))
  printf '#!/bin/sh\necho '\''{"name": "gpu", "addresses": ["%s"]}'\''\n' "$addresses" >"$home/gpus"
  chmod +x "$home/gpus"
  resources=(-Dspark.worker.resource.gpu.amount="$gpus" -Dspark.worker.resource.gpu.discoveryScript="$home/gpus")
  memory=$((4 / executors > 0 ? 4 / executors : 1))
fi
daemon worker ${resources[@]+"${resources[@]}"} org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores "${WORKER_CORES:-2}" \
  --memory "${WORKER_MEMORY:-6g}" --webui-port 0 --work-dir "$home/work" "$url"
await worker "Successfully registered with master"
page=$(sed -n 's/.*Bound MasterWebUI to [^,]*, and started at \(http:[^ ]*\).*/\1/p' "$home/master" | head -1)
echo "Spark master: ${page:-$url}" >&2

cat >"$home/submit.properties" <<EOF
spark.executor.memory ${memory}g
spark.executor.cores $((${WORKER_CORES:-2} / executors))
spark.driver.host 127.0.0.1
spark.metrics.conf $root/conf/metrics.properties
EOF
if ((gpus)); then
  printf 'spark.executor.resource.gpu.amount 1\nspark.task.resource.gpu.amount 0.5\n' >>"$home/submit.properties"
fi
"$java" @"$target/java.args" -Dlog4j2.configurationFile="$root/conf/log4j2.properties" -cp "$classpath" \
  org.apache.spark.deploy.SparkSubmit --master "$url" --properties-file "$home/submit.properties" \
  --class mhc.jobs.EvalJob "$target/mhc-eval.jar" "$@"
