defmodule Board.Config do
  @moduledoc """
  The settings of the board: defaults, then the environment; later wins.

  An unknown `BOARD_` variable is an error, as everywhere at the Skerry Works.
  """

  @defaults %{doors: ~T[18:30:00], hotplates: 4, clock: "Europe/London"}

  @doc "Reads the settings, or raises `ArgumentError` with the name that is wrong."
  def load!(env) do
    for {"BOARD_" <> name, value} <- env, reduce: @defaults do
      settings -> put!(settings, String.downcase(name), value)
    end
  end

  defp put!(settings, "doors", value), do: %{settings | doors: parse_time!(value)}
  defp put!(settings, "clock", value), do: %{settings | clock: value}

  defp put!(settings, "hotplates", value) do
    case Integer.parse(value) do
      {plates, ""} when plates in 1..12 -> %{settings | hotplates: plates}
      _ -> raise ArgumentError, "BOARD_HOTPLATES must be 1 to 12, not #{inspect(value)}"
    end
  end

  defp put!(_settings, name, _value) do
    raise ArgumentError, "unknown setting BOARD_#{String.upcase(name)}"
  end

  defp parse_time!(value) do
    case Time.from_iso8601(value <> ":00") do
      {:ok, time} -> time
      {:error, _} -> raise ArgumentError, "BOARD_DOORS must look like 18:30, not #{value}"
    end
  end
end
