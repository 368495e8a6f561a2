# frozen_string_literal: true

module Potluck
  # So much of something: 500 g, 3, 1 ½ tbsp.
  #
  # Amounts are rational, so that a third of a third of a cup is a ninth of a
  # cup and three of them are a third again. They become decimals only when
  # they are printed.
  class Quantity
    include Comparable

    # Every unit in terms of the base unit of its kind.
    UNITS = {
      "g" => [:mass, 1], "kg" => [:mass, 1000],
      "oz" => [:mass, 28.35r], "lb" => [:mass, 453.6r],
      "ml" => [:volume, 1], "dl" => [:volume, 100], "l" => [:volume, 1000],
      "tsp" => [:volume, 5], "tbsp" => [:volume, 15], "cup" => [:volume, 240],
      "pinch" => [:pinch, 1], nil => [:count, 1]
    }.freeze

    ALIASES = {
      "gram" => "g", "grams" => "g", "litre" => "l", "litres" => "l",
      "teaspoon" => "tsp", "teaspoons" => "tsp",
      "tablespoon" => "tbsp", "tablespoons" => "tbsp",
      "cups" => "cup", "pinches" => "pinch"
    }.freeze

    FRACTIONS = {
      "½" => 1/2r, "⅓" => 1/3r, "⅔" => 2/3r, "¼" => 1/4r, "¾" => 3/4r,
      "⅕" => 1/5r, "⅛" => 1/8r, "⅜" => 3/8r
    }.freeze

    attr_reader :amount, :unit

    def initialize(amount, unit = nil)
      unit = ALIASES.fetch(unit, unit)
      raise Error, "unknown unit: #{unit}" unless UNITS.key?(unit)

      @amount = amount.to_r
      @unit = unit
    end

    # Reads a number as cooks write it: "2", "0,5", "1/2", "1 ½", "2-3".
    def self.parse_amount(text)
      case text.strip
      when /\A(.+?)\s*[-–]\s*(.+)\z/
        # A range: better too much than a queue with plates.
        [parse_amount($1), parse_amount($2)].max
      when /\A(\d+)\s+(\d+\/\d+)\z/, /\A(\d+)\s*([½⅓⅔¼¾⅕⅛⅜])\z/
        $1.to_r + parse_amount($2)
      when /\A\d+\/[1-9]\d*\z/
        text.to_r
      when /\A\d+(?:[.,]\d+)?\z/
        text.tr(",", ".").to_r
      else
        FRACTIONS.fetch(text.strip) { raise Error, "not an amount: #{text}" }
      end
    end

    def kind = UNITS.fetch(unit).first

    # The amount in the base unit of its kind.
    def base = amount * UNITS.fetch(unit).last

    def *(factor) = Quantity.new(amount * factor, unit)

    # Adds quantities of one kind; the larger unit survives.
    def +(other)
      raise Error, "cannot add #{kind} and #{other.kind}" unless kind == other.kind

      unit = [self, other].max_by { |q| UNITS.fetch(q.unit).last }.unit
      Quantity.new((base + other.base) / UNITS.fetch(unit).last, unit)
    end

    def <=>(other) = kind == other.kind ? base <=> other.base : nil

    # In the unit in which one would buy it.
    def to_s
      case kind
      when :mass then base >= 1000 ? "#{decimal(base / 1000)} kg" : "#{base.ceil} g"
      when :volume then base >= 1000 ? "#{decimal(base / 1000)} l" : "#{base.ceil} ml"
      when :pinch then amount > 3 ? "some" : "#{amount.ceil} pinch#{"es" if amount > 1}"
      else amount.ceil.to_s
      end
    end

    private

    def decimal(number)
      format("%.1f", number.ceil(1)).delete_suffix(".0")
    end
  end
end
