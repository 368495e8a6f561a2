# frozen_string_literal: true

module Potluck
  Ingredient = Data.define(:quantity, :name, :remark)

  # A recipe for a number of people.
  Recipe = Data.define(:title, :people, :ingredients, :steps) do
    def scale(guests)
      raise Error, "nobody is coming" unless guests.positive?

      factor = Rational(guests, people)
      scaled = ingredients.map { |i| i.with(quantity: i.quantity && i.quantity * factor) }
      with(people: guests, ingredients: scaled)
    end

    def to_s
      lines = ingredients.map { |i| format("  %-12s %s", i.quantity, i.name) }
      ["#{title}, for #{people}", *lines].join("\n")
    end
  end

  # Adds the ingredients of several recipes up, by name.
  def self.shopping_list(recipes)
    recipes.flat_map(&:ingredients)
           .reject { |i| i.quantity.nil? } # "salt" without an amount is in the house
           .group_by { |i| [i.name.downcase, i.quantity.kind] }
           .map { |_, same| add_up(same) }
           .sort_by { |i| i.name.downcase }
  end

  def self.add_up(ingredients)
    # Not #sum, which would begin with the number 0, which has no unit.
    total = ingredients.map(&:quantity).reduce(:+)
    ingredients.first.with(quantity: total, remark: nil)
  end
  private_class_method :add_up
end
