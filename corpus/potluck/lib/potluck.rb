# frozen_string_literal: true

# Recipes for however many people turn up.
module Potluck
  VERSION = "1.12.0"

  # Anything that is wrong with what was asked, as opposed to with this program.
  class Error < StandardError; end
end

require_relative "potluck/quantity"
require_relative "potluck/recipe"
require_relative "potluck/parser"
require_relative "potluck/pantry"
require_relative "potluck/cli"
