# frozen_string_literal: true

require_relative "lib/potluck"

Gem::Specification.new do |spec|
  spec.name = "potluck"
  spec.version = Potluck::VERSION
  spec.summary = "Recipes for however many people turn up"
  spec.authors = ["The Skerry Works"]
  spec.email = "kitchen@example.org"
  spec.homepage = "https://git.example.org/skerry/potluck"
  spec.license = "Apache-2.0"
  spec.required_ruby_version = ">= 3.2"

  spec.files = Dir["lib/**/*.rb", "recipes/*", "README.md"]
  spec.bindir = "bin"
  spec.executables = ["potluck"]
  # Nothing else at run time: the kitchen computer has no room for it.
  spec.add_development_dependency "rspec", "~> 3.13"
end
