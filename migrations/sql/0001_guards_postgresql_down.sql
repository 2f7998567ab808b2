DROP FUNCTION royalties_refuse()
--
DROP FUNCTION royalties_refuse_in_closed()
--
DROP FUNCTION royalties_refuse_in_sealed()
--
DROP FUNCTION royalties_refuse_unbalanced()
--
DROP FUNCTION royalties_refuse_unsealed()
