#!/usr/bin/env bash
# Builds once, then runs every test project as it was built. Usage: ./test.sh [name-filter]
# With a filter only the test projects whose name contains it run: ./test.sh Messaging
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1

dotnet build Portolan.slnx -c Release -nodeReuse:false -p:UseSharedCompilation=false -v:quiet -clp:ErrorsOnly

total=0 failed=0 skipped=0 broken=() unsteady=()
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# One attribute of the run that an xunit result file tells of.
count() { grep -o '<assembly [^>]*>' "$1" | head -1 | sed -E "s/.* $2=\"([0-9]+)\".*/\1/"; }

# The tests that failed, as Namespace.Class.Method, each once.
failures() {
  grep -o '<test [^>]*result="Fail"[^>]*>' "$1" | sed -E 's/.* type="([^"]*)".* method="([^"]*)".*/\1.\2/' | sort -u
}

# Units first, the whole system last: the cheapest failure shows first.
for project in $(find tests samples -name '*Tests.csproj' | sort | awk '/EndToEnd/{last=last $0 "\n"; next} {print} END{printf "%s", last}'); do
  name=$(basename "$project" .csproj)
  [[ $name == *"${1:-}"* ]] || continue
  dll=$(ls artifacts/bin/"$name"/release/*"$name".dll 2>/dev/null | head -1)
  printf -- '--- %s\n' "$name"
  code=0
  dotnet exec "$dll" -noLogo -noColor -xml "$results/$name.xml" | tee "$results/$name.log" || code=$?
  if [[ ! -s $results/$name.xml ]]; then
    broken+=("$name gave no result (exit code $code)")
    continue
  fi
  t=$(count "$results/$name.xml" total) f=$(count "$results/$name.xml" failed) s=$(count "$results/$name.xml" skipped)
  total=$((total + t)) skipped=$((skipped + s))
  [[ $t -gt 0 ]] || broken+=("$name ran no test")
  [[ $code -eq 0 || $f -gt 0 ]] || broken+=("$name (exit code $code)")
  # A failed test gets one more try, by itself. What passes only then is named at the end: it is a defect to be mended, of
  # the test or of what it tests, but no reason to throw away the work of a day.
  for test in $([[ $f -gt 0 ]] && failures "$results/$name.xml"); do
    echo "once more: $test"
    if [[ $f -le 3 ]] && dotnet exec "$dll" -noLogo -noColor -method "$test" -xml "$results/again.xml" && [[ $(count "$results/again.xml" total) -gt 0 ]]; then
      unsteady+=("$test")
    else
      failed=$((failed + 1)) broken+=("$test")
    fi
  done
  [[ $f -eq 0 ]] || grep -A 12 '\[FAIL\]' "$results/$name.log" > "$results/$name.why" || true
done

echo
cat "$results"/*.why 2>/dev/null | head -60 || true
for line in "${unsteady[@]:+${unsteady[@]}}"; do echo "UNSTEADY: $line passed only the second time"; done
for line in "${broken[@]:+${broken[@]}}"; do echo "FAILED: $line"; done
echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped, ${#unsteady[@]} unsteady"
[[ $failed -eq 0 && ${#broken[@]} -eq 0 && $total -gt 0 ]]
