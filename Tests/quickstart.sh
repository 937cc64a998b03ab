#!/usr/bin/env bash
# Shows Ottla at work: a broker, a topic, records with keys, a consumer group and its lag. Called by `make quickstart`.
set -euo pipefail
ottla=${OTTLA:?the binary}
dir=$(mktemp -d); broker=
trap '[ -z "$broker" ] || kill "$broker" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$dir"' EXIT
show() { echo; echo "\$ $*"; }
port=9092; (exec 3<>"/dev/tcp/127.0.0.1/9092") 2>/dev/null && { echo "port 9092 is taken; using a free one"; port=0; }

show "ottla serve --data-dir ottla-data &"
"$ottla" serve --listen "127.0.0.1:$port" --data-dir "$dir/ottla-data" --ready-file "$dir/ready" & broker=$!
until [ -s "$dir/ready" ]; do kill -0 "$broker" || exit 1; sleep 0.01; done
address=$(cat "$dir/ready")

show "ottla topics --bootstrap-server $address --create --topic orders --partitions 3"
"$ottla" topics --bootstrap-server "$address" --create --topic orders --partitions 3
show "printf '…' | ottla console-producer --bootstrap-server $address --topic orders --property parse.key=true --property key.separator=:"
printf '%s\n' alice:book bob:lamp carol:chair alice:pen bob:desk dave:cup alice:ink |
  "$ottla" console-producer --bootstrap-server "$address" --topic orders --property parse.key=true --property key.separator=:
show "ottla console-consumer --bootstrap-server $address --topic orders --group billing --from-beginning --property print.key=true --property key.separator=: --max-messages 6"
"$ottla" console-consumer --bootstrap-server "$address" --topic orders --group billing --from-beginning --property print.key=true --property key.separator=: --max-messages 6
show "ottla consumer-groups --bootstrap-server $address --describe --group billing"
"$ottla" consumer-groups --bootstrap-server "$address" --describe --group billing
kill "$broker"; wait "$broker"; broker=
echo; echo "The broker has stopped. Start your own with: $ottla serve"
