# frozen_string_literal: true

module Potluck
  # The command line:
  #
  #   potluck scale GUESTS RECIPE...
  #   potluck shop GUESTS RECIPE...
  module CLI
    module_function

    def run(argv, out: $stdout, err: $stderr)
      command, guests, *paths = argv
      return usage(err) unless %w[scale shop].include?(command) && guests.to_i.positive? && paths.any?

      recipes = paths.map { |path| Parser.parse_file(path).scale(guests.to_i) }
      case command
      when "scale" then out.puts recipes.map(&:to_s).join("\n\n")
      when "shop" then print_list(Potluck.shopping_list(recipes), out)
      end
      0
    rescue Error, SystemCallError => e
      err.puts "potluck: #{e.message}"
      1
    end

    def print_list(list, out)
      list.each { |item| out.puts format("[ ] %-12s %s", item.quantity, item.name) }
      out.puts "TODO: who drives to Ferry Bay?"
    end

    def usage(err)
      err.puts "usage: potluck scale|shop GUESTS RECIPE..."
      2
    end
  end
end
