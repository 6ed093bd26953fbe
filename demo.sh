#!/bin/sh
# The demo: fetch, learn for 60 seconds on two cores, score, show. OUT and SEED may be set.
set -e
out=${OUT:-demo}
seed=${SEED:-0}
rm -rf "$out"
if command -v npm >/dev/null 2>&1; then
    coview data get emoji
    coview fit cmc --data emoji --slots drawing name --batch-size 160 --lr 3e-3 --minutes 1 --threads 2 --seed "$seed" --out "$out"
else
    echo "npm is missing, so the emoji cannot be fetched; the demo learns from handwritten digits that came with scikit-learn."
    echo "For the emoji: apt-get install npm, then make demo again."
    coview fit simclr --data digits --minutes 1 --threads 2 --seed "$seed" --out "$out"
fi
