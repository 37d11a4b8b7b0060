#!/usr/bin/env bash
# Makes all packages and uses them as a stranger does: from a folder of packages, with an empty cache, outside of the
# repository. Takes some minutes, 4 GB of disk, and a registry for the packages of others. The last line is "N held, N broken".
#
#   tests/packages.sh              everything
#   tests/packages.sh --feed DIR   with packages that were made before
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 NUGET_PACKAGES=$work/cache
unset PROMPTKD_CLIP_VOCAB
source "$here/tests/checks.sh"

feed=$work/feed
if [ "${1:-}" = --feed ]; then
  feed=$(cd "$2" && pwd)
else
  # From the usual cache: making them is not what is tried.
  check "all packages are made" env -u NUGET_PACKAGES dotnet pack "$here/PromptKD.slnx" -c Release -v quiet -o "$feed"
fi
version=$(basename "$(ls "$feed"/PromptKD.Imaging.*.nupkg | tail -1)" .nupkg)
version=${version#PromptKD.Imaging.}

# A package has what the gallery and its users ask for.
whole() {
  local list
  list=$(unzip -l "$1") || return 1
  for part in README.md icon.png; do
    grep -q " $part\$" <<<"$list" || { echo "$1: no $part"; return 1; }
  done
  unzip -p "$1" '*.nuspec' | grep '<license type="expression">MIT' >/dev/null || { echo "$1: no licence"; return 1; }
  [ "$(stat -c %s "$1")" -lt 250000000 ] || { echo "$1: above 250 MB"; return 1; }
}
for package in PromptKD PromptKD.Imaging PromptKD.Onnx PromptKD.Decoders PromptKD.Cloud PromptKD.Extensions.AI PromptKD.Server PromptKD.Cli.linux-x64; do
  check "$package is whole" whole "$feed/$package.$version.nupkg"
done
for package in PromptKD PromptKD.Imaging PromptKD.Onnx PromptKD.Extensions.AI PromptKD.Server; do
  check "$package has its documents" grep -q "lib/net10.0/$package.xml" <(unzip -l "$feed/$package.$version.nupkg")
  check "$package has its symbols" test -s "$feed/$package.$version.snupkg"
done

cat >"$work/nuget.config" <<END
<configuration>
  <packageSources><add key="made-here" value="$feed" /></packageSources>
</configuration>
END

quiet() { # Succeeds, and says nothing of a warning.
  local out
  out=$("$@" 2>&1)
  local status=$?
  echo "$out"
  [ $status -eq 0 ] && ! grep -qE '(warning [A-Z]+[0-9]+|^warn)' <<<"$out"
}
package() { dotnet add "$1" package "$2" --version "$3"; }

# The tool, and with it a student.
cd "$work" || exit 1
check "the tool is installed" quiet dotnet tool install --tool-path "$work/tools" PromptKD.Cli --version "$version"
"$work/tools/promptkd" demo --pictures-only --output "$work/demo" >/dev/null
check "the tool distils" "$work/tools/promptkd" distill --images "$work/demo/pictures/photos" --classes "$work/demo/pictures/classes.txt" \
  --teacher "$here/demo/teacher" --student "$here/demo/student" --output "$work/run" --recipe paper --epochs 1 --device cpu
student=$work/run/student
picture=$(find "$work/demo" -name '001.png' | sed -n 1p)

# A console program.
dotnet new console -o "$work/console" >/dev/null
cat >"$work/console/Program.cs" <<'END'
using PromptKD.Inference;

using var classifier = StudentClassifier.Load(args[0]);
Console.WriteLine($"answer: {classifier.Classify(PictureInput.FromBytes(File.ReadAllBytes(args[1])))[0].Name}");
END
check "PromptKD is added" package console PromptKD "$version"
one_line() { # The build ends in one error, which names the package to add.
  local out
  out=$(dotnet build console -v quiet 2>&1) && return 1
  echo "$out"
  [ "$(grep -oE 'error [A-Z0-9]+:' <<<"$out" | sort -u)" = "error PROMPTKD001:" ] && grep -q 'dotnet add package libtorch-cpu-linux-x64' <<<"$out"
}
check "without a libtorch the build says which to add" one_line
check "libtorch is added" package console libtorch-cpu-linux-x64 2.10.0
check "a console program builds without a warning" quiet dotnet build console -c Release
answers() { "$@" "$student" "$picture" | tee /dev/stderr | grep '^answer: ' >/dev/null; }
check "a console program answers" answers dotnet console/bin/Release/net10.0/console.dll
check "parts that nothing loads are left out" test -z "$(find console/bin -name 'libtorch_python*' -o -name 'libshm*')"
check "it is published in a single file" quiet dotnet publish console -c Release -r linux-x64 --no-self-contained -p:PublishSingleFile=true -o "$work/single"
check "the single file answers" answers "$work/single/console"
check "it is published self-contained" quiet dotnet publish console -c Release -r linux-x64 --self-contained -o "$work/contained"
check "the self-contained one answers" answers env -u DOTNET_ROOT PATH=/usr/bin:/bin "$work/contained/console"

# A program without libtorch: trimmed, and compiled to native code.
check "the tool exports the student" "$work/tools/promptkd" export --model "$student" --output "$work/student.onnx"
dotnet new console -o "$work/onnx" >/dev/null
cat >"$work/onnx/Program.cs" <<'END'
using PromptKD.Inference;

using var classifier = OnnxStudentClassifier.Load(args[0]);
Console.WriteLine($"answer: {classifier.Classify(PictureInput.FromBytes(File.ReadAllBytes(args[1])))[0].Name}");
END
check "PromptKD.Onnx is added" package onnx PromptKD.Onnx "$version"
check "ONNX Runtime is added" package onnx Microsoft.ML.OnnxRuntime 1.31.1
check "it builds without a warning" quiet dotnet build onnx -c Release
same() { # The graph's answer is the student's.
  local expected
  expected=$(dotnet console/bin/Release/net10.0/console.dll "$student" "$picture") && [ "$("$@" "$work/student.onnx" "$picture")" = "$expected" ]
}
check "it answers as the student does" same dotnet onnx/bin/Release/net10.0/onnx.dll
check "it is trimmed without a warning" quiet dotnet publish onnx -c Release -r linux-x64 --self-contained -p:PublishTrimmed=true -o "$work/trimmed"
check "the trimmed one answers" same "$work/trimmed/onnx"
linker=$(command -v clang || command -v gcc)
if [ -n "$linker" ]; then
  check "it is compiled to native code without a warning" quiet dotnet publish onnx -c Release -r linux-x64 \
    -p:PublishAot=true -p:CppCompilerAndLinker="${linker##*/}" -o "$work/native"
  check "native code answers" same "$work/native/onnx"
else
  echo "not tried: native code, for want of clang or gcc"
fi

# A context of its own, in a host that references nothing.
mkdir "$work/host" && cp "$here/samples/PluginHost.cs" "$work/host/"
check "a context of its own holds it" dotnet run "$work/host/PluginHost.cs" -- \
  "$(dirname "$(find "$work/tools/.store" -name PromptKD.Cli.dll | sed -n 1p)")" "$student"

# A web program.
dotnet new web -o "$work/web" >/dev/null
cat >"$work/web/Program.cs" <<'END'
using PromptKD;
using PromptKD.Extensions.AI;
using PromptKD.Inference;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddPromptKD(options => options.Model = builder.Configuration["model"]!);
builder.Services.AddHealthChecks().AddPromptKD();
WebApplication app = builder.Build();
app.MapHealthChecks("/health");
app.MapPost("/classify", async (HttpRequest request, IPictureClassifier classifier, CancellationToken stop) =>
{
    try
    {
        return Results.Ok(await classifier.ClassifyAsync(PictureInput.FromStream(request.Body), top: 3, stop));
    }
    catch (PromptKDException error) when (error.Code == PromptKDError.BadPicture)
    {
        return Results.BadRequest(error.Message);
    }
});
app.Run();
END
check "PromptKD.Extensions.AI is added" package web PromptKD.Extensions.AI "$version"
check "libtorch is added to the web program" package web libtorch-cpu-linux-x64 2.10.0
check "a web program builds without a warning" quiet dotnet build web -c Release
serve() { # HEALTH COMMAND...: starts a server on a free port, and waits until this address of it answers.
  local health=$1
  shift
  port=$((20000 + RANDOM % 20000))
  "$@" --urls "http://127.0.0.1:$port" >"$work/web.log" 2>&1 &
  server=$!
  for _ in $(seq 60); do curl -sf "http://127.0.0.1:$port$health" >/dev/null && break; sleep 1; done
}
end() { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
says() { # TEXT PATH CURL-OPTION...: the answer has the text.
  local text=$1 path=$2
  shift 2
  curl -s "$@" "http://127.0.0.1:$port$path" | tee /dev/stderr | grep "$text" >/dev/null
}
asked() { # What the web program is to do, whatever computes.
  check "it is healthy" says Healthy /health
  check "it answers bytes" says '"name"' /classify --data-binary "@$picture"
  check "it refuses what is no picture" says 400 /classify -o /dev/null -w '%{http_code}' --data-binary nothing
}
serve /health dotnet web/bin/Release/net10.0/web.dll --model "$student"
asked
end

# The same program without libtorch.
cp -r web light && rm -rf light/bin light/obj && mv light/web.csproj light/light.csproj
sed -i '/libtorch-cpu/d; s|</TargetFramework>|</TargetFramework><PromptKDLibTorch>none</PromptKDLibTorch>|' light/light.csproj
check "ONNX Runtime is added to the web program" package light Microsoft.ML.OnnxRuntime 1.31.1
check "a web program without libtorch builds without a warning" quiet dotnet build light -c Release
check "it has no libtorch" test -z "$(find light/bin -name 'libtorch*')"
serve /health dotnet light/bin/Release/net10.0/light.dll --model "$work/student.onnx"
asked
end

# A web program with the server's routes.
dotnet new web -o "$work/routes" >/dev/null
cat >"$work/routes/Program.cs" <<'END'
using PromptKD.Server;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Services.AddPromptKDServer(options => options.Models.Add(builder.Configuration["model"]!));
WebApplication app = builder.Build();
app.MapPromptKD();
app.Run();
END
check "PromptKD.Server is added" package routes PromptKD.Server "$version"
check "libtorch is added to the server" package routes libtorch-cpu-linux-x64 2.10.0
check "a server builds without a warning" quiet dotnet build routes -c Release
serve /health/ready dotnet routes/bin/Release/net10.0/routes.dll --model "$student"
check "the server is ready" says 200 /health/ready -o /dev/null -w '%{http_code}'
check "the server names its model" says '"name"' /v1/models
check "the server answers a picture" says '"probability"' /v1/classify -H 'Content-Type: image/png' --data-binary "@$picture"
check "the server refuses what is no picture" says 400 /v1/classify -o /dev/null -w '%{http_code}' -H 'Content-Type: image/png' --data-binary nothing
check "the server has its page" says '<html' /
end

advised() { # No package of the solution has an advisory.
  local out
  out=$(env -u NUGET_PACKAGES dotnet list "$here/PromptKD.slnx" package --vulnerable --include-transitive 2>&1) || { echo "$out"; return 1; }
  echo "$out"
  ! grep -q 'has the following vulnerable packages' <<<"$out"
}
check "no package has an advisory" advised

echo "$held held, $broken broken"
[ "$broken" -eq 0 ]
