#!/bin/sh
# Any program that prints name=value can be tuned: here the bowl (x - 3)^2 + |y|, worked out by awk.
awk -v x="$X" -v y="$Y" 'BEGIN { if (y < 0) y = -y; printf "loss=%.6f\n", (x - 3) * (x - 3) + y }'
