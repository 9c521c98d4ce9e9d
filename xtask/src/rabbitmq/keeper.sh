# Runs a RabbitMQ and its port mapper, and ends both, however the process that started
# this script ends.
#
# Arguments: the broker's folder, epmd, rabbitmq-server.
# Standard input is a pipe that only that process holds open. A line on it requests a
# stop that keeps the data. Its end means that the process has finished or was killed:
# the broker ends and its folder is removed.
# The script leads a process group, which `kill 0` ends.

folder=$1 epmd=$2 server=$3
exec 3<&0 </dev/null >>"$folder/console.log" 2>&1

"$epmd" 3<&- &
mapper=$!
"$server" 3<&- &
server=$!

{
    read -r _ <&3 || : >"$folder/done"
    kill -TERM "$server"
    sleep 20
    echo 'RabbitMQ did not stop within 20 s and is killed.'
    kill -KILL 0
} &

wait "$server"
kill "$mapper"
wait "$mapper"
if [ -e "$folder/done" ]; then
    rm -rf "$folder"
fi
kill -KILL 0
