defmodule Board.MixProject do
  use Mix.Project

  def project do
    [
      app: :board,
      version: "1.12.0",
      elixir: "~> 1.16",
      start_permanent: Mix.env() == :prod,
      deps: []
    ]
  end

  def application do
    [mod: {Board.Application, []}, extra_applications: [:logger]]
  end
end
