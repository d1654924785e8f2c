#!/usr/bin/env bash
# Builds once, then runs every test project as it was built. Usage: ./test.sh [name-filter]
# With a filter only the test projects whose name contains it run: ./test.sh Messaging
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

dotnet build Portolan.slnx -c Release -nodeReuse:false -p:UseSharedCompilation=false -v:quiet -clp:ErrorsOnly

total=0 failed=0 skipped=0 broken=()
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
# Units first, the whole system last: the cheapest failure shows first.
for project in $(find tests samples -name '*Tests.csproj' | sort | awk '/EndToEnd/{last=last $0 "\n"; next} {print} END{printf "%s", last}'); do
  name=$(basename "$project" .csproj)
  [[ $name == *"${1:-}"* ]] || continue
  dll=$(ls artifacts/bin/"$name"/release/*"$name".dll 2>/dev/null | head -1)
  printf -- '--- %s\n' "$name"
  code=0
  dotnet exec "$dll" -noLogo -noColor -xml "$results/$name.xml" || code=$?
  if [[ -s $results/$name.xml ]]; then
    read -r t f s < <(grep -o '<assembly [^>]*>' "$results/$name.xml" | head -1 |
      sed -E 's/.* total="([0-9]+)".*/\1 &/; s/^([0-9]+) .* failed="([0-9]+)".*/\1 \2 &/; s/^([0-9]+ [0-9]+) .* skipped="([0-9]+)".*/\1 \2/')
    total=$((total + t)) failed=$((failed + f)) skipped=$((skipped + s))
    [[ $t -gt 0 ]] || broken+=("$name ran no test")
  else
    broken+=("$name gave no result (exit code $code)")
  fi
  [[ $code -eq 0 ]] || broken+=("$name (exit code $code)")
done

for line in "${broken[@]:+${broken[@]}}"; do echo "FAILED: $line"; done
echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 && ${#broken[@]} -eq 0 && $total -gt 0 ]]
