@echo off
rem Writes the firmware to the lamp controller from a Windows laptop.
rem
rem     flash.bat COM4 [build\lamphouse.bin]
rem
rem The relief keeper's laptop is old: no PowerShell, no curl, and this file
rem must keep its CRLF line ends or cmd.exe loses its labels.

setlocal
set PORT=%1
set IMAGE=%2
if "%PORT%"=="" goto usage
if "%IMAGE%"=="" set IMAGE=build\lamphouse.bin
if not exist "%IMAGE%" goto missing

set ATTEMPT=0
:retry
set /a ATTEMPT+=1
echo Attempt %ATTEMPT% of 3 on %PORT% ...
stm32flash -b 115200 -w "%IMAGE%" -v -g 0x08000000 %PORT%
if not errorlevel 1 goto done
if %ATTEMPT% geq 3 goto failed
rem Back off a little longer each time; the radio may be using the port.
timeout /t %ATTEMPT% /nobreak >nul
goto retry

:done
echo The light is back. Watch one full cycle before you leave: Fl(3) W 15s.
exit /b 0

:missing
echo error: %IMAGE% not found, run "make" first
exit /b 2

:usage
echo usage: flash.bat PORT [IMAGE]
exit /b 2

:failed
echo error: gave up after %ATTEMPT% attempts; call keeper@example.org
exit /b 1
