defmodule Board.KitchenTest do
  use ExUnit.Case, async: true
  doctest Board.Kitchen

  alias Board.Kitchen
  alias Board.Kitchen.Dish

  @settings %{doors: ~T[18:30:00], hotplates: 2}

  test "everything is done when the doors open, or before" do
    dishes =
      for {name, minutes} <- [skink: 50, kale: 20, rice: 25],
          do: %Dish{name: name, minutes: minutes}

    for dish <- Kitchen.plan(dishes, @settings) do
      done = Time.add(dish.started, dish.minutes, :minute)
      assert Time.compare(done, @settings.doors) != :gt
    end
  end

  test "never more dishes than hotplates" do
    dishes = for minutes <- 10..90//10, do: %Dish{name: "pot #{minutes}", minutes: minutes}
    planned = Kitchen.plan(dishes, @settings)

    for %Dish{started: now} <- planned do
      busy =
        Enum.count(planned, fn dish ->
          done = Time.add(dish.started, dish.minutes, :minute)
          Time.compare(dish.started, now) != :gt and Time.compare(done, now) == :gt
        end)

      assert busy <= @settings.hotplates
    end
  end

  test "a dish is on the menu once" do
    {:ok, state} = Kitchen.init(@settings)
    dish = %Dish{name: "kale", minutes: 20}
    {:reply, :ok, state} = Kitchen.handle_call({:add, dish}, self(), state)

    assert {:reply, {:error, :already_on_the_menu}, ^state} =
             Kitchen.handle_call({:add, dish}, self(), state)
  end
end
