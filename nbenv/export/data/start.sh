# Start a program, and pass on the signals that end a container.
# Linux ignores such a signal for a container's first process unless that asks for it, which a shell
# does within a millisecond; until Python asks, tens of them pass.
child= stopped=
stop() {
    stopped=$1
    if [ -n "$child" ]; then kill -s "$1" "$child" 2>/dev/null; fi
}
trap 'stop TERM' TERM
trap 'stop INT' INT
"$@" &
child=$!
if [ -n "$stopped" ]; then kill -s "$stopped" "$child"; fi
while :; do  # a signal ends a wait, too
    wait "$child"
    status=$?
    kill -s 0 "$child" 2>/dev/null || exit "$status"
done
