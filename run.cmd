@echo off
rem Start a gateway with demo content and a simulator; everything stays in this folder.
setlocal
cd /d "%~dp0"
if not defined PORT set PORT=8080
if not defined DATA set DATA=data
set GATEWAY_PORT=%PORT%
set GATEWAY_DATA=%DATA%
fc /b lock\requirements.lock .venv\.ready.lock >nul 2>&1 && goto start
py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" || goto nopython
if not exist .venv\Scripts\python.exe py -3 -m venv .venv || exit /b 1
.venv\Scripts\python -m pip install --quiet --require-hashes -r lock\requirements.lock || exit /b 1
.venv\Scripts\python -m pip install --quiet --no-deps --no-build-isolation -e . || exit /b 1
copy /y lock\requirements.lock .venv\.ready.lock >nul
:start
.venv\Scripts\gateway init --demo || exit /b 1
.venv\Scripts\gateway run
exit /b %ERRORLEVEL%
:nopython
echo Gateway needs Python 3.11 or later: https://www.python.org/downloads/
exit /b 1
