<#
.SYNOPSIS
    Copies the harbour master's spreadsheets to the cellar.

.DESCRIPTION
    The one Windows machine that we look after. Started by the Task Scheduler at
    03:17, like bin/backup everywhere else.
#>
[CmdletBinding()]
param(
    [string] $Source = "$env:USERPROFILE\Documents\Harbour",
    [string] $Target = '\\198.51.100.7\backup',
    [ValidateRange(1, 365)] [int] $KeepDays = 30
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

function Invoke-WithRetry {
    # Handbook, retry-policy.md: back-off doubling from 200 ms, full jitter.
    param([scriptblock] $Call, [int] $Attempts = 5)
    for ($attempt = 1; ; $attempt++) {
        try { return & $Call }
        catch [System.IO.IOException] {
            if ($attempt -ge $Attempts) { throw }
            $ceiling = [Math]::Min(10000, 200 * [Math]::Pow(2, $attempt - 1))
            Start-Sleep -Milliseconds (Get-Random -Minimum 0 -Maximum ([int] $ceiling))
        }
    }
}

$day = Get-Date -Format 'yyyy-MM-dd'
$folder = Join-Path $Target $day
Invoke-WithRetry { New-Item -ItemType Directory -Force -Path $folder | Out-Null }

Get-ChildItem -Path $Source -Filter '*.xlsx' -Recurse | ForEach-Object {
    $file = $_
    Invoke-WithRetry { Copy-Item -LiteralPath $file.FullName -Destination $folder }
}

# Days are folder names, so comparing text compares time.
$limit = (Get-Date).AddDays(-$KeepDays).ToString('yyyy-MM-dd')
Get-ChildItem -Path $Target -Directory |
    Where-Object { $_.Name -match '^\d{4}-\d{2}-\d{2}$' -and $_.Name -lt $limit } |
    Remove-Item -Recurse -Force
