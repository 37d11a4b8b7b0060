@echo off
rem Runs the program from a checkout: builds what is stale, then runs it with the arguments given.
setlocal
set "here=%~dp0"
set "backend="
if defined TORCH_BACKEND set "backend=-p:TorchBackend=%TORCH_BACKEND%"
dotnet publish "%here%src\PromptKD.Cli" -c Release --nologo -v quiet -o "%here%artifacts\publish\promptkd" %backend% 1>&2
if errorlevel 1 exit /b 1
"%here%artifacts\publish\promptkd\PromptKD.Cli.exe" %*
exit /b %errorlevel%
