#!/bin/sh
# Prepares the survey for the story. Reads gss-vocab.csv beside this script, writes into DIR:
#
#   train.csv           1978-1984, four rows of every five
#   holdout.csv         1978-1984, every fifth row: same years, never seen by the training
#   stream/YEAR.csv     1987 ... 2016, one file for each survey: what arrives later
#
# What it does to the rows, and nothing else:
#   - rows without a vocabulary score are left out: their answer is unknown;
#   - high_vocab = yes where vocab >= 7, else no: the target;
#   - vocab is dropped (it would give the answer away), and year is dropped (it is the file's name).
#
# The result depends on the input only: the same bytes on every machine.
#
# usage: prepare.sh [DIR]        DIR defaults to ./data
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-data}
mkdir -p "$out/stream"

LC_ALL=C awk -F, -v out="$out" '
  NR == 1 { next }
  $6 == "" { next }
  {
    if ($1 <= 1984) file = out "/" (++old % 5 == 0 ? "holdout.csv" : "train.csv")
    else            file = out "/stream/" $1 ".csv"
    if (!(file in rows)) print "gender,nativeBorn,ageGroup,educGroup,age,educ,high_vocab" > file
    rows[file]++
    print $2 "," $3 "," $4 "," $5 "," $7 "," $8 "," ($6 >= 7 ? "yes" : "no") > file
  }
  END { for (file in rows) printf "%6d rows  %s\n", rows[file], file }
' "$here/gss-vocab.csv" | sort -k3
