@echo off
rem The same as: dotnet run -c Release --project src\Cli -- %*
dotnet run -c Release --project "%~dp0src\Cli" -- %*
