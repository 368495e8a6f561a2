defmodule Board.Kitchen do
  @moduledoc """
  What is cooked now, and what comes next.

  Everything must be hot when the doors open and nothing may burn before, so
  the kitchen is planned backwards from the doors: the dish that takes longest
  goes on first. Dishes wait for a free hotplate in that order.
  """

  use GenServer

  defmodule Dish do
    @moduledoc "Something that takes a hotplate for a while."
    @enforce_keys [:name, :minutes]
    defstruct [:name, :minutes, :started]
  end

  # The people's side

  def start_link(settings), do: GenServer.start_link(__MODULE__, settings, name: __MODULE__)

  @doc "Adds a dish to tonight's menu."
  def add(name, minutes) when minutes > 0 do
    GenServer.call(__MODULE__, {:add, %Dish{name: name, minutes: minutes}})
  end

  @doc "The lines of the board at the given time."
  def board(now), do: GenServer.call(__MODULE__, {:board, now})

  # The process's side

  @impl true
  def init(settings), do: {:ok, %{settings: settings, dishes: []}}

  @impl true
  def handle_call({:add, dish}, _from, state) do
    if Enum.any?(state.dishes, &(&1.name == dish.name)) do
      {:reply, {:error, :already_on_the_menu}, state}
    else
      {:reply, :ok, %{state | dishes: plan([dish | state.dishes], state.settings)}}
    end
  end

  def handle_call({:board, now}, _from, state) do
    {:reply, Enum.map(state.dishes, &line(&1, now)), state}
  end

  @doc """
  Gives every dish a start, planning backwards from the doors.

      iex> settings = %{doors: ~T[18:30:00], hotplates: 1}
      iex> soup = %Board.Kitchen.Dish{name: "soup", minutes: 40}
      iex> [dish] = Board.Kitchen.plan([soup], settings)
      iex> dish.started
      ~T[17:50:00]
  """
  def plan(dishes, %{doors: doors, hotplates: hotplates}) do
    plates = List.duplicate(doors, hotplates)

    {planned, _plates} =
      dishes
      |> Enum.sort_by(& &1.minutes)
      |> Enum.map_reduce(plates, fn dish, plates ->
        # The plate that is free longest, seen from the doors.
        latest = Enum.max(plates, Time)
        started = Time.add(latest, -dish.minutes, :minute)
        {%{dish | started: started}, [started | List.delete(plates, latest)]}
      end)

    Enum.sort_by(planned, & &1.started, Time)
  end

  defp line(%Dish{} = dish, now) do
    done = Time.add(dish.started, dish.minutes, :minute)

    cond do
      Time.compare(now, dish.started) == :lt -> "#{clock(dish.started)}  #{dish.name}"
      Time.compare(now, done) == :lt -> "🔥 now   #{dish.name}, until #{clock(done)}"
      true -> "✅ done  #{dish.name}"
    end
  end

  defp clock(time), do: time |> Time.to_string() |> String.slice(0, 5)
end
