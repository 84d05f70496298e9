"""From raw answers to losses, intervals and gates; knows neither database nor model."""
