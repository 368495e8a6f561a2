defmodule Board.Application do
  @moduledoc "Starts the board: one process that knows what is cooking."

  use Application

  @impl true
  def start(_type, _args) do
    settings = Board.Config.load!(System.get_env())
    children = [{Board.Kitchen, settings}]

    # If the kitchen falls over three times in a minute, so do we: the screen
    # then shows the hall's own clock, which is better than an old menu.
    Supervisor.start_link(children,
      strategy: :one_for_one,
      max_restarts: 3,
      max_seconds: 60,
      name: Board.Supervisor
    )
  end
end
