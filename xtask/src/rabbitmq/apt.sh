# Installs RabbitMQ with apt-get, as root, and starts no service.

set -eu
export DEBIAN_FRONTEND=noninteractive

# The package runs this before it starts a service. An existing file belongs to the
# administrator.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi

apt-get -q -o DPkg::Lock::Timeout=120 update
apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends rabbitmq-server

# The service must not start with the system, nor run if the existing policy allowed it.
if [ -d /run/systemd/system ]; then
    systemctl disable --now rabbitmq-server
fi
