# frozen_string_literal: true

module Potluck
  # A line that could not be understood.
  class ParseError < Error
    attr_reader :line

    def initialize(line, message)
      @line = line
      super("line #{line}: #{message}")
    end
  end

  # Reads a recipe as it stands on the card. See the README for the rules, as
  # far as there are any.
  class Parser
    PEOPLE = /\bfor\s+(\d+)\b|\bserves\s+(\d+)\b|\bpour\s+(\d+)\b/i
    BULLET = /\A\s*[-*•]\s+/

    # The longest unit first, so that "tbsp" is not "t" and a spelling mistake.
    UNIT = Regexp.union(
      (Quantity::UNITS.keys.compact + Quantity::ALIASES.keys).sort_by { |u| -u.size }
    )
    AMOUNT = %r{\d+\s*[½⅓⅔¼¾⅕⅛⅜]|\d+\s+\d+/\d+|\d+/\d+|\d+(?:[.,]\d+)?|[½⅓⅔¼¾⅕⅛⅜]}
    INGREDIENT = /\A(?<amount>#{AMOUNT}(?:\s*[-–]\s*#{AMOUNT})?)
                  \s*(?:(?<unit>#{UNIT})\b\.?)?\s+(?:of\s+)?(?<rest>\S.*)\z/x

    def self.parse(text) = new(text).parse

    def self.parse_file(path)
      # Cards come from everywhere, and some were typed before UTF-8.
      text = File.binread(path).force_encoding("UTF-8")
      text = text.force_encoding("ISO-8859-1").encode("UTF-8") unless text.valid_encoding?
      parse(text.delete_prefix("\uFEFF"))
    end

    def initialize(text)
      @lines = text.lines(chomp: true).map(&:rstrip)
    end

    def parse
      title, at = parse_title
      people = parse_people(at)
      ingredients = []
      steps = []
      @lines.each.with_index(1) do |line, number|
        next if number <= at + 1

        if line.match?(BULLET)
          ingredients << parse_ingredient(line.sub(BULLET, ""), number)
        else
          steps << line
        end
      end
      raise ParseError.new(@lines.size, "no ingredients") if ingredients.empty?

      Recipe.new(title:, people:, ingredients:, steps: steps.join("\n").strip)
    end

    private

    # The title is the first line that says anything; returns it and its number.
    def parse_title
      index = @lines.index { |line| !line.empty? }
      raise ParseError.new(1, "an empty card") unless index

      [@lines[index].delete_prefix("# ").strip, index + 1]
    end

    def parse_people(title_line)
      match = PEOPLE.match(@lines[title_line].to_s)
      raise ParseError.new(title_line + 1, "for how many people?") unless match

      match.captures.compact.first.to_i
    end

    def parse_ingredient(text, number)
      match = INGREDIENT.match(text)
      # "salt", "butter for the tin": an ingredient without an amount.
      return ingredient(nil, text) unless match

      amount = Quantity.parse_amount(match[:amount])
      ingredient(Quantity.new(amount, match[:unit]), match[:rest])
    rescue Error => e
      raise ParseError.new(number, e.message)
    end

    def ingredient(quantity, text)
      name, remark = text.split(/\s*,\s*/, 2)
      Ingredient.new(quantity:, name:, remark:)
    end
  end
end
