#!/usr/bin/env bash
# Distils on 2 nodes with 4 processes each, which learn together through Open MPI.
#
#   sbatch samples/cluster/slurm-mpi.sh PICTURES CLASSES TEACHER STUDENT OUTPUT [STORE]
#
# With STORE, a teacher store that slurm-array.sh fills, now or before, no teacher runs here. All lie on a file system that all nodes share, and so does the folder of the published program, which the
# variable PROMPTKD_FOLDER names. Slurm has to be built with PMIx, and the nodes have Open MPI's library. Submit it again to go on,
# with any number of processes.
#SBATCH --job-name=promptkd-distill
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=4
#SBATCH --cpus-per-task=4
#SBATCH --mem=32G
#SBATCH --time=08:00:00
#SBATCH --requeue
#SBATCH --signal=TERM@120
#SBATCH --output=promptkd-distill-%j.log
set -euo pipefail
pictures=${1:?the folder of pictures}
classes=${2:?the file of class names}
teacher=${3:?the file or folder of the teacher}
student=${4:?the file or folder of the student}
output=${5:?the folder of the run}
store=${6:-}
program=${PROMPTKD_FOLDER:?the folder that promptkd was published to}/PromptKD.Cli

# A fixed precision: the nodes may have different processors. 120 s before its time is over, Slurm tells all processes to stop,
# and the first one saves.
export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
exec srun --mpi=pmix --cpu-bind=cores "$program" distill --images "$pictures" --classes "$classes" \
  --teacher "$teacher" --student "$student" --precision fp32 --output "$output" ${store:+--store "$store" --while-filling}
