#!/usr/bin/env bash
# Makes a teacher store with 8 Slurm tasks, each its part of the shards.
#
#   sbatch samples/cluster/slurm-array.sh PICTURES TEACHER STORE
#
# All three lie on a file system that all nodes share, and so does the folder of the published program, which the
# variable PROMPTKD_FOLDER names. Submit it again, with any number of tasks, to make what is missing.
#SBATCH --job-name=promptkd-features
#SBATCH --array=1-8
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=8
#SBATCH --mem=16G
#SBATCH --time=04:00:00
#SBATCH --requeue
#SBATCH --output=promptkd-features-%A-%a.log
set -euo pipefail
pictures=${1:?the folder of pictures}
teacher=${2:?the file or folder of the teacher}
store=${3:?the folder of the store}
program=${PROMPTKD_FOLDER:?the folder that promptkd was published to}/PromptKD.Cli

# auto: the place in the array. A fixed precision: the nodes may have different processors.
exec "$program" features --images "$pictures" --teacher "$teacher" \
  --views 20 --seed 1 --precision fp32 --shard auto --output "$store"
