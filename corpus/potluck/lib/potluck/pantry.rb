# frozen_string_literal: true

require "json"
require "net/http"

module Potluck
  # Asks the shop in Ferry Bay what it has. The shop's computer is switched off
  # when the shopkeeper is at lunch, which is what the retry is for.
  class Pantry
    ENDPOINT = URI("http://192.0.2.80/stock.json")
    TRANSIENT = [Errno::ECONNREFUSED, Errno::EHOSTUNREACH, Net::OpenTimeout, Net::ReadTimeout].freeze

    def initialize(endpoint: ENDPOINT, sleeper: Kernel.method(:sleep))
      @endpoint = endpoint
      @sleeper = sleeper
    end

    # What is on the shelf: a Hash from the name to a Quantity.
    def stock
      body = retry_with_backoff(on: TRANSIENT) { Net::HTTP.get(@endpoint) }
      JSON.parse(body).to_h do |row|
        [row.fetch("name").downcase, Quantity.new(row.fetch("amount"), row["unit"])]
      end
    rescue JSON::ParserError, KeyError => e
      raise Error, "the shop sent something odd: #{e.message}"
    end

    # What the shop does not have enough of.
    def missing(list)
      shelf = stock
      list.reject do |item|
        have = shelf[item.name.downcase]
        have && have.kind == item.quantity.kind && have >= item.quantity
      end
    end

    private

    # Handbook, retry-policy.md: five attempts, back-off doubling from 200 ms,
    # full jitter, ten seconds at most.
    def retry_with_backoff(on:, attempts: 5)
      attempt = 0
      begin
        attempt += 1
        yield
      rescue *on
        raise if attempt == attempts

        @sleeper.call(rand * [10.0, 0.2 * 2**(attempt - 1)].min)
        retry
      end
    end
  end
end
