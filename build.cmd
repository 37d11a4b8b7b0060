@echo off
rem Restores, checks the format, builds, and tests. What needs a Unix shell (samples, odd things, kills) is build.sh's.
setlocal
cd /d "%~dp0"
set DOTNET_CLI_TELEMETRY_OPTOUT=1
set DOTNET_NOLOGO=1
dotnet restore PromptKD.slnx -v quiet || exit /b 1
dotnet format whitespace PromptKD.slnx --no-restore --verify-no-changes || exit /b 1
dotnet format style PromptKD.slnx --no-restore --verify-no-changes --diagnostics IMPORTS IDE0003 IDE0009 || exit /b 1
dotnet build PromptKD.slnx --no-restore -v quiet --nologo || exit /b 1
dotnet test --no-build --solution PromptKD.slnx || exit /b 1
